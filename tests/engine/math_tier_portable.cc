#define BOOSTYARD_TIER kPortableTier
#include "tests/engine/math_tier_body.inc"
