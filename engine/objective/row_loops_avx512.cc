#define BOOSTYARD_ROW_LOOPS kAvx512RowLoops
#include "engine/objective/row_loops_impl.h"
