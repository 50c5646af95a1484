# The CMake package trainc, with one layout in the build tree and when installed: targets trainc::trainc and
# trainc::runtime, function trainc_add_model. trainc finds it beside itself (cmake/trainc, ../lib/cmake/trainc).
if(NOT TARGET trainc)
	return()
endif()
include(CMakePackageConfigHelpers)
set(package_folder ${PROJECT_BINARY_DIR}/cmake/trainc)
set(package_installed lib/cmake/trainc)

foreach(file traincConfig.cmake traincStatic.cmake)
	configure_file(${PROJECT_SOURCE_DIR}/cmake/${file} ${package_folder}/${file} COPYONLY)
endforeach()
write_basic_package_version_file(${package_folder}/traincConfigVersion.cmake COMPATIBILITY SameMinorVersion)
set(package_targets trainc trainc_runtime trainc_serving)
foreach(target IN ITEMS trainc_gloo trainc_openblas trainc_cuda trainc_cuda_libraries)
	if(TARGET ${target})
		list(APPEND package_targets ${target})
	endif()
endforeach()
install(TARGETS ${package_targets} EXPORT traincTargets
	RUNTIME DESTINATION bin ARCHIVE DESTINATION lib INCLUDES DESTINATION include)
export(EXPORT traincTargets NAMESPACE trainc:: FILE ${package_folder}/traincTargets.cmake)
install(EXPORT traincTargets NAMESPACE trainc:: DESTINATION ${package_installed})
install(FILES ${package_folder}/traincConfig.cmake ${package_folder}/traincStatic.cmake
	${package_folder}/traincConfigVersion.cmake DESTINATION ${package_installed})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/trainc)
