#include "container/commands/describe.h"

#include <cstdio>
#include <string>

#include "hyperparams/describe.h"

namespace boostyard::container {
namespace {

std::string Table(DescribeForm form) {
  switch (form) {
    case DescribeForm::kMarkdown:
      return hyperparams::DescribeAsMarkdown();
    case DescribeForm::kJson:
      return hyperparams::DescribeAsJson();
    case DescribeForm::kText:
      break;
  }
  return hyperparams::DescribeAsText();
}

}  // namespace

Result<int> RunDescribe(DescribeForm form) {
  std::string text = Table(form);
  if (text.empty() || text.back() != '\n') text += '\n';
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  return 0;
}

}  // namespace boostyard::container
