# find_package(trainc): trainc::trainc, trainc::runtime and
#   trainc_add_model(NAME SPEC FILE [TARGET cpu])
# which adds the executable NAME: the training program that trainc writes for the spec.
include(${CMAKE_CURRENT_LIST_DIR}/traincTargets.cmake)
