// The kernels of one tier; see kernels_impl.h. This file is alone in its compile flags.
#define BOOSTYARD_TIER portable
#include "engine/cpu/kernels_impl.h"
