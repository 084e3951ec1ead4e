// The table of hyperparameters for people and for the service.
#pragma once

#include <string>

namespace boostyard::hyperparams {

// A table for a terminal: name, type and range, default, what it does.
std::string DescribeAsText();
// The same as Markdown, for docs/hyperparameters.md.
std::string DescribeAsMarkdown();
// The service's form: a JSON list of HyperParameterSpecification (Name, Description, Type, Range,
// IsTunable, IsRequired, DefaultValue).
std::string DescribeAsJson();

}  // namespace boostyard::hyperparams
