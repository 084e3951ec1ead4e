// The parts of the report's page, compiled in from container/report/page.
#pragma once

#include <string_view>

namespace boostyard::container {

// HTML with the places {{style}}, {{data}} and {{script}}.
extern const std::string_view kReportHtml;
extern const std::string_view kReportCss;
extern const std::string_view kReportScript;

}  // namespace boostyard::container
