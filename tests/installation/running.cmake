# What the scripts here share. SOURCE, WORK and GENERATOR are theirs.
if(LIBSTDCXX)  # what docs/cpp.md says for a GCC that is older than the system's
  set(ENV{LDFLAGS} -L${LIBSTDCXX})
endif()

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    string(REPLACE ";" " " command "${ARGN}")
    message(FATAL_ERROR "failed (${result}): ${command}\n${output}")
  endif()
endfunction()

# Runs an example; it must leave a PNG.
function(run_example program name)
  set(picture ${WORK}/${name}.png)
  run(${program} ${WORK}/tiny "Moderate left pleural effusion." ${picture})
  file(READ ${picture} signature LIMIT 8 HEX)
  if(NOT signature STREQUAL "89504e470d0a1a0a")
    message(FATAL_ERROR "${picture} is not a PNG")
  endif()
endfunction()

# Configures and builds the consumer with two compilers, and runs its programs: all make the same picture.
function(run_consumer folder c cpp)
  run(${CMAKE_COMMAND} -S ${SOURCE}/tests/installation/consumer -B ${folder} -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Release
    -D CMAKE_C_COMPILER=${c} -D CMAKE_CXX_COMPILER=${cpp} -D EXAMPLES=${SOURCE}/examples ${ARGN})
  run(${CMAKE_COMMAND} --build ${folder})
  get_filename_component(name ${folder} NAME)
  foreach(kind raygen raygen_static)
    foreach(standard c99 cpp17 cpp20)
      run_example(${folder}/${standard}_${kind} ${name}_${standard}_${kind})
      file(SHA256 ${WORK}/${name}_${standard}_${kind}.png picture)
      if(first AND NOT picture STREQUAL first)
        message(FATAL_ERROR "${standard}_${kind} of ${folder} made another picture than the others")
      endif()
      set(first ${picture})
    endforeach()
  endforeach()
endfunction()
