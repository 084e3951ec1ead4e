# Protocol buffers: protoc, which runs while building, and boostyard_protobuf, the small runtime of
# what it generates; static where it can be.
find_program(BOOSTYARD_PROTOC protoc REQUIRED)
find_path(BOOSTYARD_PROTOBUF_INCLUDE google/protobuf/message_lite.h REQUIRED)
find_library(BOOSTYARD_PROTOBUF_LIBRARY NAMES libprotobuf-lite.a protobuf-lite REQUIRED)
add_library(boostyard_protobuf INTERFACE)
target_include_directories(boostyard_protobuf SYSTEM INTERFACE "${BOOSTYARD_PROTOBUF_INCLUDE}")
target_link_libraries(boostyard_protobuf INTERFACE "${BOOSTYARD_PROTOBUF_LIBRARY}" Threads::Threads)

# boostyard_messages(TARGET NAME.proto): adds the reader that protoc makes of a file in the current
# folder; TARGET's sources include <NAME.pb.h>.
function(boostyard_messages target proto)
  get_filename_component(name "${proto}" NAME_WE)
  get_filename_component(folder "${CMAKE_CURRENT_SOURCE_DIR}/${proto}" DIRECTORY)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/messages")
  file(MAKE_DIRECTORY "${out}")
  add_custom_command(OUTPUT "${out}/${name}.pb.cc" "${out}/${name}.pb.h"
    COMMAND "${BOOSTYARD_PROTOC}" "--proto_path=${folder}" "--cpp_out=${out}" ${name}.proto
    DEPENDS "${proto}" VERBATIM)
  target_sources(${target} PRIVATE "${out}/${name}.pb.cc")
  # Generated code: our warnings are not for it.
  set_source_files_properties("${out}/${name}.pb.cc" PROPERTIES COMPILE_OPTIONS -w)
  target_include_directories(${target} SYSTEM PRIVATE "${out}")
  target_link_libraries(${target} PRIVATE boostyard_protobuf)
endfunction()
