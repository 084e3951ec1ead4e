#define BOOSTYARD_TIER kAvx512Tier
#include "tests/engine/math_tier_body.inc"
