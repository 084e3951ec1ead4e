#define BOOSTYARD_ROW_LOOPS kPortableRowLoops
#include "engine/objective/row_loops_impl.h"
