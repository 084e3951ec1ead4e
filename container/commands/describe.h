// boostyard describe hyperparameters: the table for people, docs and the service.
#pragma once

#include "engine/base/result.h"

namespace boostyard::container {

enum class DescribeForm { kText, kMarkdown, kJson };

// Prints the table on stdout; 0.
Result<int> RunDescribe(DescribeForm form);

}  // namespace boostyard::container
