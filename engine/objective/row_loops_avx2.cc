#define BOOSTYARD_ROW_LOOPS kAvx2RowLoops
#include "engine/objective/row_loops_impl.h"
