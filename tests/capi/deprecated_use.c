/* Uses what is going to leave. */
#include <raygen/raygen.h>

RAYGEN_API RAYGEN_DEPRECATED("use raygen_new_call instead") void raygen_old_call(void);

void user(void);
void user(void) { raygen_old_call(); }
