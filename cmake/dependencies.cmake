# The libraries, all from the distribution. Each becomes absolute paths, which the exported package repeats as they are:
# configuring a generated program then searches for nothing.
find_package(PkgConfig REQUIRED)

# Sets TRAINC_<name>_LIBRARIES and _INCLUDES from the first pkg-config module found; package is what Debian calls it.
function(trainc_find name package)
	pkg_search_module(TRAINC_${name} QUIET ${ARGN})
	if(NOT TRAINC_${name}_FOUND)
		message(FATAL_ERROR "${name} is missing: apt-get install ${package} (./quickstart and ./check do that)")
	endif()
	trainc_record(${name})
endfunction()

macro(trainc_record name)
	set(TRAINC_${name}_LIBRARIES ${TRAINC_${name}_LINK_LIBRARIES} PARENT_SCOPE)
	set(TRAINC_${name}_INCLUDES ${TRAINC_${name}_INCLUDE_DIRS} PARENT_SCOPE)
endmacro()

trainc_find(YAML libyaml-dev yaml-0.1)
trainc_find(CJSON libcjson-dev libcjson)
trainc_find(ZLIB zlib1g-dev zlib)
trainc_find(HDF5 libhdf5-dev hdf5-serial hdf5)
trainc_find(MICROHTTPD libmicrohttpd-dev libmicrohttpd)
trainc_find(PNG libpng-dev libpng)
trainc_find(SIMDJSON libsimdjson-dev simdjson)
pkg_search_module(TRAINC_DEFLATE QUIET libdeflate)       # optional: gunzips twice as fast
