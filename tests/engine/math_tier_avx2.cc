#define BOOSTYARD_TIER kAvx2Tier
#include "tests/engine/math_tier_body.inc"
