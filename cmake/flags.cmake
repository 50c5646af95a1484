# What every target of this project is compiled with: trainc_flags; and what generated programs must share with the
# runtime they link: TRAINC_SANITIZE_FLAGS.
set(TRAINC_SANITIZE_FLAGS)
if(TRAINC_SANITIZE)
	set(TRAINC_SANITIZE_FLAGS -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
	set(TRAINC_SANITIZE_OPTIMIZE -O1)       # of generated programs: at -O3 gcc takes minutes
endif()

function(trainc_flags target)
	target_compile_options(${target} PRIVATE -Wall -Wextra -Werror -Wframe-larger-than=65536 ${TRAINC_SANITIZE_FLAGS})
	target_link_options(${target} PRIVATE ${TRAINC_SANITIZE_FLAGS})
	target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L)
endfunction()
