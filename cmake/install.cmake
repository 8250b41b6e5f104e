# What an embedding program needs: the shared library, the public headers, a CMake package and a pkg-config file. All of it can be moved:
# paths are relative to where the files lie. LibTorch stays where it is; libraygen finds it by itself.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS raygen EXPORT raygenTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(TARGETS raygen_static EXPORT raygenStaticTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT static)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/raygen DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
if(TARGET raygen_cli)
  file(RELATIVE_PATH raygen_bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  # The same search path in the build tree: CMake's own for it would end in an empty entry, which the loader takes for the current folder.
  set(raygen_command_rpath "$ORIGIN/${raygen_bin_to_lib}")
  if(CMAKE_RUNTIME_OUTPUT_DIRECTORY AND CMAKE_LIBRARY_OUTPUT_DIRECTORY)
    file(RELATIVE_PATH raygen_built_bin_to_lib ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
    list(APPEND raygen_command_rpath "$ORIGIN/${raygen_built_bin_to_lib}")
    list(REMOVE_DUPLICATES raygen_command_rpath)
  endif()
  set_target_properties(raygen_cli PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "${raygen_command_rpath}" EXPORT_NAME command)
  install(TARGETS raygen_cli EXPORT raygenCommandTargets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT command)
endif()

set(raygen_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/raygen)
install(EXPORT raygenStaticTargets NAMESPACE raygen:: DESTINATION ${raygen_package_folder} COMPONENT static)
if(TARGET raygen_cli)
  install(EXPORT raygenCommandTargets NAMESPACE raygen:: DESTINATION ${raygen_package_folder} COMPONENT command)
endif()
install(EXPORT raygenTargets NAMESPACE raygen:: DESTINATION ${raygen_package_folder} COMPONENT development)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/raygenConfig.cmake.in ${PROJECT_BINARY_DIR}/raygenConfig.cmake
  INSTALL_DESTINATION ${raygen_package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/raygenConfigVersion.cmake COMPATIBILITY SameMinorVersion)

# pkg-config's prefix is where raygen.pc lies, two folders up from it.
file(RELATIVE_PATH raygen_pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" raygen_pc_to_prefix "${raygen_pc_to_prefix}")
list(TRANSFORM RAYGEN_STATIC_LIBRARIES REPLACE "^([^/]+)$" "-l\\1" OUTPUT_VARIABLE raygen_pc_private)
list(JOIN raygen_pc_private " " raygen_pc_private)
configure_file(${PROJECT_SOURCE_DIR}/cmake/raygen.pc.in ${PROJECT_BINARY_DIR}/raygen.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/raygenConfig.cmake ${PROJECT_BINARY_DIR}/raygenConfigVersion.cmake
  DESTINATION ${raygen_package_folder} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/raygen.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
