# What is borrowed from an object does not compile when the object is a temporary: one file of accesses to objects that are kept
# compiles, and of the same accesses to temporaries each line is an error.
#   -D COMPILER= -D INCLUDE= -D EIGEN= (a folder, or empty) -D FOLDER= (for the two files)
set(cases
  "raygen::Image image()|.pixels()" "raygen::Image image()|.get()"
  "raygen::Model model()|.get()" "raygen::Job job()|.get()" "raygen::Session session()|.get()"
  "raygen::Tensors tensors()|.get(0)" "raygen::Tensors tensors()|.get(\"ids\")" "raygen::Tensors tensors()|.get()"
  "raygen::Text text()|.input_ids()" "raygen::Text text()|.attention_mask()" "raygen::Text text()|.last_hidden_state()"
  "raygen::Text text()|.normalized()" "raygen::Text text()|.projection()" "raygen::Text text()|.get()"
  "raygen::Condition condition()|.get()"
  "raygen::Classification classification()|.logits()" "raygen::Classification classification()|.probabilities()"
  "raygen::Classification classification()|.features()" "raygen::Classification classification()|.map(0, 0)"
  "raygen::Classification classification()|.get()" "raygen::Classifier classifier()|.session()"
  "raygen::Generation generation()|.tokens(0)" "raygen::Generation generation()|.begin()" "raygen::Generation generation()|.end()"
  "raygen::Sampler sampler()|.tokens()" "raygen::Sampler sampler()|.masked()" "raygen::Sampler sampler()|.get()"
  "raygen::Generator generator()|.session()" "raygen::Encoder encoder()|.session()" "raygen::TextEncoder text_encoder()|.session()"
  "raygen::MaskedDecoder masked_decoder()|.session()")
set(head "#include <raygen/raygen.hpp>\n")
set(flags -std=c++17 -fsyntax-only -fmax-errors=0 -I ${INCLUDE})
if(COMPILER_ID MATCHES Clang)
  list(TRANSFORM flags REPLACE "-fmax-errors=0" "-ferror-limit=0")
endif()
if(EIGEN)
  list(APPEND cases
    "raygen::Image image()|raygen::eigen::channel(*, 0)" "raygen::Text text()|raygen::eigen::normalized(*, 0)"
    "raygen::Text text()|raygen::eigen::last_hidden_state(*, 0)" "raygen::Text text()|raygen::eigen::projection(*)")
  string(PREPEND head "#include <Eigen/Core>\n#include <raygen/eigen.hpp>\n")
  list(APPEND flags -isystem ${EIGEN})
endif()

set(kept "${head}")
set(temporary "${head}")
set(number 0)
foreach(case IN LISTS cases)
  math(EXPR number "${number} + 1")
  string(REGEX MATCH "^(.*) ([a-z_]+)\\(\\)\\|(.*)$" whole "${case}")
  set(type ${CMAKE_MATCH_1})
  set(maker make_${number}_${CMAKE_MATCH_2})
  set(access ${CMAKE_MATCH_3})
  if(NOT access MATCHES "\\*")
    string(PREPEND access "*")
  endif()
  string(REPLACE "*" "object" good "${access}")
  string(REPLACE "*" "${maker}()" bad "${access}")
  string(APPEND kept "${type} ${maker}(); void use_${number}() { auto object = ${maker}(); (void)${good}; }\n")
  string(APPEND temporary "${type} ${maker}(); void use_${number}() { (void)${bad}; }\n")
endforeach()

file(WRITE ${FOLDER}/kept.cpp "${kept}")
execute_process(COMMAND ${COMPILER} ${flags} ${FOLDER}/kept.cpp RESULT_VARIABLE failed ERROR_VARIABLE errors)
if(failed)
  message(FATAL_ERROR "an access to an object that is kept does not compile:\n${errors}")
endif()
file(WRITE ${FOLDER}/temporary.cpp "${temporary}")
execute_process(COMMAND ${COMPILER} ${flags} ${FOLDER}/temporary.cpp RESULT_VARIABLE failed ERROR_VARIABLE errors)
string(REGEX MATCHALL "\n" head_lines "${head}")
list(LENGTH head_lines line)
foreach(case IN LISTS cases)
  math(EXPR line "${line} + 1")
  if(NOT errors MATCHES "temporary\\.cpp:${line}:[0-9]+: error: [^\n]*deleted")
    message(FATAL_ERROR "an access to a temporary compiles: ${case}\n${errors}")
  endif()
endforeach()
