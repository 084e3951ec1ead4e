// The kernels of one tier; see kernels_impl.h. This file is alone in its compile flags.
#define BOOSTYARD_TIER avx512
#include "engine/cpu/kernels_impl.h"
