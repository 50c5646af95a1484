# find_package(trainc): the targets trainc::trainc and trainc::runtime, and
#   trainc_add_model(NAME SPEC FILE [TARGET cpu|cuda])    the executables NAME, which trains, and NAME_serve: what trainc writes
#                                                    for the spec, written anew whenever the spec changes; cuda: with
#                                                    cuDNN and cublasLt if trainc was built with them
#   trainc_add_program(TRAIN SERVE FOLDER TARGET [libraries] [gloo] [openblas])    the executables from a folder that trainc
#                                                    wrote; libraries: it calls cuDNN and cublasLt; gloo: TRAIN is for
#                                                    several hosts; openblas: it calls OpenBLAS
# TRAINC_CUDA_ARCHITECTURES, set before or in the environment, is the list of GPUs' architectures that programs are built for.
# With TRAINC_STATIC set before, the executables are static.
include(${CMAKE_CURRENT_LIST_DIR}/traincTargets.cmake)
if(TRAINC_STATIC)
	include(${CMAKE_CURRENT_LIST_DIR}/traincStatic.cmake)
endif()

# Instruction sets that step.c is compiled for, and the flags of each. What is here, tables.c names; the program picks
# the fastest that its machine has.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
	set(trainc_isas amx avx512bf16 avx512 avx2 x86_64)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64|ARM64")
	set(trainc_isas neon)
else()
	set(trainc_isas generic)
endif()
set(trainc_flags_avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma)
set(trainc_flags_avx512bf16 ${trainc_flags_avx512} -mavx512bf16)
set(trainc_flags_amx ${trainc_flags_avx512bf16} -mamx-tile -mamx-bf16)
set(trainc_flags_avx2 -mavx2 -mfma)
# gcc schedules before it assigns registers, except on x86: it would load so far ahead that sums go to the stack.
set(trainc_flags_neon $<$<C_COMPILER_ID:GNU>:-fno-schedule-insns>)

if(NOT TRAINC_CUDA_ARCHITECTURES)
	set(TRAINC_CUDA_ARCHITECTURES $ENV{TRAINC_CUDA_ARCHITECTURES})
endif()
if(NOT TRAINC_CUDA_ARCHITECTURES)
	set(TRAINC_CUDA_ARCHITECTURES 75 80 90 100 120)
endif()

function(trainc_add_program train serve folder target)
	set(targets ${train} ${serve} ${train}_tables)
	add_library(${train}_tables OBJECT ${folder}/tables.c)
	target_link_libraries(${train}_tables PRIVATE trainc::runtime)
	add_executable(${train} ${folder}/train.c $<TARGET_OBJECTS:${train}_tables>)
	target_link_libraries(${train} PRIVATE trainc::runtime)
	add_executable(${serve} ${folder}/serve.c $<TARGET_OBJECTS:${train}_tables>)
	target_link_libraries(${serve} PRIVATE trainc::serving)
	cmake_language(CALL trainc_add_${target}_step ${train} ${serve} ${folder} ${ARGN})
	set_target_properties(${targets} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS ON)
	set(trainc_program_targets ${targets} PARENT_SCOPE)
endfunction()

# Each appends its targets to the list called targets.
function(trainc_add_cpu_step train serve folder)
	if(TRAINC_STATIC)
		target_link_options(${serve} PRIVATE -static)
	endif()
	if("gloo" IN_LIST ARGN)
		if(NOT TARGET trainc::gloo)
			message(FATAL_ERROR "this trainc was built without Gloo: apt-get install libgloo-dev and build it again")
		endif()
		target_link_libraries(${train} PRIVATE trainc::gloo)
	elseif(TRAINC_STATIC)
		target_link_options(${train} PRIVATE -static)
	endif()
	if("openblas" IN_LIST ARGN)
		if(NOT TARGET trainc::openblas)
			message(FATAL_ERROR "this trainc was built without OpenBLAS: apt-get install libopenblas-dev and build it again, or "
				"take --blas=none")
		endif()
		target_link_libraries(${train} PRIVATE trainc::openblas)
		target_link_libraries(${serve} PRIVATE trainc::openblas)
	endif()
	foreach(isa IN LISTS trainc_isas)
		set(step ${train}_step_${isa})
		add_library(${step} OBJECT ${folder}/step.c)
		target_link_libraries(${step} PRIVATE trainc::runtime)
		target_compile_definitions(${step} PRIVATE RT_ISA=${isa} RT_ISA_NAME="${isa}")
		# Multiply-adds are contracted by gcc and clang alike; nothing reads errno or floating-point traps.
		target_compile_options(${step} PRIVATE ${trainc_flags_${isa}} $<$<NOT:$<CONFIG:Debug>>:-O3>
			-ffp-contract=fast -fno-math-errno -fno-trapping-math)
		target_sources(${train} PRIVATE $<TARGET_OBJECTS:${step}>)
		target_sources(${serve} PRIVATE $<TARGET_OBJECTS:${step}>)
		list(APPEND targets ${step})
	endforeach()
	set(targets ${targets} PARENT_SCOPE)
endfunction()

# The kernels go through nvcc by a command of their own: CMake's CUDA language would look for a GPU.
function(trainc_add_cuda_step train serve folder)
	if(NOT TARGET trainc::cuda)
		message(FATAL_ERROR "this trainc was built without CUDA: install the CUDA Toolkit (12 or 13) and build it again")
	endif()
	set(runtime trainc::cuda)
	if("libraries" IN_LIST ARGN)
		set(runtime trainc::cuda_libraries)
		if(NOT TARGET ${runtime})
			message(FATAL_ERROR "this trainc was built without cuDNN and cublasLt: install them and build it again, or take "
				"--cuda-libraries=none")
		endif()
	endif()
	find_program(TRAINC_NVCC nvcc PATHS /usr/local/cuda/bin REQUIRED)
	set(kernels ${CMAKE_CURRENT_BINARY_DIR}/${train}_kernels.o)
	set(wanted ${TRAINC_CUDA_ARCHITECTURES})
	execute_process(COMMAND ${TRAINC_NVCC} --list-gpu-code OUTPUT_VARIABLE known)
	if("70" IN_LIST wanted AND NOT known MATCHES "sm_70")
		trainc_add_volta(${train} ${serve} ${folder} ${ARGN})
		list(REMOVE_ITEM wanted 70)
		if(NOT wanted)                                  # the program names nvcc's kernels all the same
			set(wanted 75)
		endif()
	endif()
	set(architectures)
	foreach(architecture IN LISTS wanted)
		list(APPEND architectures -gencode arch=compute_${architecture},code=sm_${architecture})
	endforeach()
	list(GET wanted -1 newest)       # as PTX, too: what comes later runs it
	list(APPEND architectures -gencode arch=compute_${newest},code=compute_${newest})
	get_target_property(include trainc::runtime INTERFACE_INCLUDE_DIRECTORIES)
	add_custom_command(OUTPUT ${kernels}
		COMMAND ${TRAINC_NVCC} -O3 -std=c++17 --threads 0 ${architectures} -I ${include} -c ${folder}/kernels.cu -o ${kernels}
		DEPENDS ${folder}/kernels.cu ${folder}/model.h ${folder}/memory.h
		COMMENT "Compiling kernels.cu" VERBATIM)
	add_custom_target(${train}_kernels DEPENDS ${kernels})
	add_library(${train}_step OBJECT ${folder}/step.c)
	target_link_libraries(${train}_step PRIVATE ${runtime})
	foreach(program IN ITEMS ${train} ${serve})
		add_dependencies(${program} ${train}_kernels)
		target_link_libraries(${program} PRIVATE $<TARGET_OBJECTS:${train}_step> ${kernels} ${runtime})
	endforeach()
	set(targets ${targets} ${train}_step ${train}_kernels PARENT_SCOPE)
endfunction()

# The V100, which CUDA 13's nvcc has dropped: NVRTC 12 compiles for it, and the programs hold what it makes.
function(trainc_add_volta train serve folder)
	if("libraries" IN_LIST ARGN)
		message(FATAL_ERROR "cuDNN and cublasLt of CUDA 13 have dropped the V100 (70 in TRAINC_CUDA_ARCHITECTURES): take "
			"--cuda-libraries=none, or CUDA 12.9 with cuDNN 9.10")
	endif()
	get_filename_component(toolkit ${TRAINC_NVCC} DIRECTORY)
	find_library(TRAINC_NVRTC libnvrtc.so.12 HINTS ${toolkit}/../lib)
	if(NOT TRAINC_NVRTC)
		message(FATAL_ERROR "the V100 (70 in TRAINC_CUDA_ARCHITECTURES) takes NVRTC 12, since this nvcc has dropped it: pip install "
			"nvidia-cuda-nvrtc-cu12==12.9.86 and set CMAKE_PREFIX_PATH to its folder nvidia/cuda_nvrtc, or take the toolkit that "
			"trainc's cmake/cuda FOLDER none volta makes")
	endif()
	if(NOT TARGET trainc_nvrtc)
		add_executable(trainc_nvrtc ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/nvrtc.c)
		target_link_libraries(trainc_nvrtc PRIVATE ${CMAKE_DL_LIBS})
	endif()
	set(cubin ${CMAKE_CURRENT_BINARY_DIR}/${train}_volta.cubin)
	set(source ${CMAKE_CURRENT_BINARY_DIR}/${train}_volta.c)
	get_target_property(include trainc::runtime INTERFACE_INCLUDE_DIRECTORIES)
	# Host functions that the headers declare are taken for the GPU's, and a constant without a value is none of a kernel's.
	add_custom_command(OUTPUT ${cubin}
		COMMAND trainc_nvrtc ${TRAINC_NVRTC} ${folder}/kernels.cu ${cubin} -arch=sm_70 -std=c++17 -default-device
			--diag-suppress=20044 -I${include} -I${folder}
		DEPENDS ${folder}/kernels.cu ${folder}/model.h ${folder}/memory.h
		COMMENT "Compiling kernels.cu for the V100" VERBATIM)
	file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[/* What runtime/cuda/volta.c loads. */
__asm__(".section .rodata\n.balign 64\n.globl rt_cuda_volta\nrt_cuda_volta: .incbin \"@cubin@\"\n.previous");
]])
	set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${cubin})
	add_library(${train}_volta OBJECT ${source} ${cubin})
	target_sources(${train} PRIVATE $<TARGET_OBJECTS:${train}_volta>)
	target_sources(${serve} PRIVATE $<TARGET_OBJECTS:${train}_volta>)
endfunction()

function(trainc_add_model name)
	cmake_parse_arguments(PARSE_ARGV 1 model "" "SPEC;TARGET" "")
	if(NOT model_SPEC OR model_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "trainc_add_model(NAME SPEC FILE [TARGET cpu|cuda])")
	endif()
	if(NOT model_TARGET)
		set(model_TARGET cpu)
	endif()
	get_filename_component(spec ${model_SPEC} ABSOLUTE)
	set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}-program)
	set(trainc_kernels_cpu kernels.c)
	set(trainc_kernels_cuda kernels.cu)
	set(files train.c serve.c tables.c step.c model.h memory.h ${trainc_kernels_${model_TARGET}})
	list(TRANSFORM files PREPEND ${folder}/)
	set(libraries)
	set(options)
	if(model_TARGET STREQUAL cuda AND TARGET trainc::cuda_libraries)
		set(libraries libraries)
	elseif(model_TARGET STREQUAL cuda)
		set(options --cuda-libraries=none)
	endif()
	add_custom_command(OUTPUT ${files}
		COMMAND trainc::trainc emit ${spec} -o ${folder} -t ${model_TARGET} ${options}
		DEPENDS ${spec} trainc::trainc
		COMMENT "Compiling ${model_SPEC}" VERBATIM)
	add_custom_target(${name}_program DEPENDS ${files})
	trainc_add_program(${name} ${name}_serve ${folder} ${model_TARGET} ${libraries})
	foreach(target IN LISTS trainc_program_targets)
		add_dependencies(${target} ${name}_program)
	endforeach()
endfunction()
