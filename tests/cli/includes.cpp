// Compiled with the command's include folders: see CMakeLists.txt.
#include HEADER
