# With TRAINC_STATIC, programs link the archive of each library instead of the library itself: nothing of the machine that
# they run on but its kernel; those for GPUs, which load the driver, its C library, too. Archives are looked for below CMAKE_PREFIX_PATH, then beside the library.

# What an archive needs besides: its pkg-config file tells only part.
set(trainc_needs_libhdf5 libsz libaec libz)
set(trainc_needs_libpng16 libz m)

# Appends the path of NAME.a to the list called archives, and those of what it needs.
function(trainc_archive name folder)
	set(file ${name}.a)
	find_library(trainc_${name}_archive ${file} HINTS ${folder})
	mark_as_advanced(trainc_${name}_archive)
	if(NOT trainc_${name}_archive)
		message(FATAL_ERROR "a static program needs ${file}, which is not in ${folder} or below "
			"CMAKE_PREFIX_PATH (${CMAKE_PREFIX_PATH}$ENV{CMAKE_PREFIX_PATH}): apt-get install libaec-dev; run "
			"trainc's cmake/archives FOLDER; set CMAKE_PREFIX_PATH=FOLDER")
	endif()
	list(APPEND archives ${trainc_${name}_archive})
	foreach(need IN LISTS trainc_needs_${name})
		if(need MATCHES "^lib")
			trainc_archive(${need} ${folder})
		else()
			list(APPEND archives ${need})
		endif()
	endforeach()
	set(archives ${archives} PARENT_SCOPE)
endfunction()

function(trainc_make_static target)
	get_target_property(libraries ${target} INTERFACE_LINK_LIBRARIES)
	set(archives)
	foreach(library IN LISTS libraries)
		if(library MATCHES "^(/.*)/([^/]+)\\.so$")
			trainc_archive(${CMAKE_MATCH_2} ${CMAKE_MATCH_1})
		elseif(library STREQUAL "stdc++")           # the compiler's own
			execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=libstdc++.a OUTPUT_VARIABLE archive
				OUTPUT_STRIP_TRAILING_WHITESPACE)
			list(APPEND archives ${archive})
		else()
			list(APPEND archives ${library})
		endif()
	endforeach()
	set_property(TARGET ${target} PROPERTY INTERFACE_LINK_LIBRARIES ${archives})
endfunction()

trainc_make_static(trainc::runtime)
trainc_make_static(trainc::serving)
if(TARGET trainc::openblas)
	trainc_make_static(trainc::openblas)
endif()
# -s: without symbols; the map tells which members of which archives are inside.
set_property(TARGET trainc::runtime APPEND PROPERTY INTERFACE_LINK_OPTIONS
	-s -Wl,--gc-sections -Wl,-Map=$<TARGET_PROPERTY:NAME>.map)
