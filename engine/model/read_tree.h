// One tree of a model file.
#pragma once

#include "engine/base/result.h"
#include "engine/model/document.h"
#include "engine/tree/tree.h"

namespace boostyard {

// What every part of a reader needs of a document; `where` begins the message, e.g. "tree 3".
Result<const DocumentValue*> MemberOf(const DocumentValue& object, std::string_view key,
                                      std::string_view where);
// A whole number in [min, max], written as a text ("127") or as a number.
Result<std::int64_t> IntegerOf(const DocumentValue& object, std::string_view key, std::int64_t min,
                               std::int64_t max, std::string_view where);

// Checks every link, so that a walk from the root ends in a leaf: children exist, stand side by
// side, have one parent, and features are below `feature_count`. Nodes that pruning left
// unreachable are dropped. Errors: kModelBad; kModelUnsupported for categorical splits and several
// outputs in a leaf.
Result<Tree> ReadTree(const DocumentValue& value, FeatureIndex feature_count,
                      std::string_view where);

}  // namespace boostyard
