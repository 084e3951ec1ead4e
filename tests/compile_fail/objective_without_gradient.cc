// An objective that says it is native and has no Gradient.
#include "engine/objective/list.h"

namespace boostyard {

struct Complete : RegSquaredError {};
struct WithoutGradient : RegSquaredError {
  void Gradient() const = delete;
};

#ifdef BOOSTYARD_MUST_FAIL
using Candidates = TypeList<Complete, WithoutGradient>;
#else
using Candidates = TypeList<Complete>;
#endif
static_assert(ObeysConcepts<Candidates>::value, "an objective misses its gradient");

}  // namespace boostyard
