// A Result that nobody looks at.
#include "engine/base/result.h"

boostyard::Status Save();

bool Caller() {
#ifdef BOOSTYARD_MUST_FAIL
  Save();
  return true;
#else
  return Save().ok();
#endif
}
