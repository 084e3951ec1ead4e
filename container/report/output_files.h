// The files of output/data: metrics.json, importance.json, data_profile.json, report.html.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "container/report/data_profile.h"
#include "container/report/job_record.h"
#include "engine/base/result.h"
#include "engine/base/stage_times.h"
#include "engine/model/model.h"
#include "engine/params.h"

namespace boostyard::container {

// All that is known at the end of a job. Borrowed.
struct JobFacts {
  const JobRecord& record;
  const TrainParams& params;
  std::span<const Model> models;  // one, or one per fold
  const ChannelProfile& train;
  const ChannelProfile* validation = nullptr;
  std::string job_name = {};  // may be empty
  std::string engine;         // "native"
  int rounds_done = 0;
  std::optional<int> best_round = {};
  bool was_stopped = false;
  std::vector<std::string> warnings = {};  // in order, each once
  StageTimes* times = nullptr;             // of this job so far; null: nobody looked
};

// The contents of the files. Texts are valid UTF-8 whatever the names of features are; a nan or
// inf is null.
std::string MetricsJson(const JobFacts& facts);
std::string ImportanceJson(const JobFacts& facts);
std::string DataProfileJson(const JobFacts& facts);
// What the page draws; '<' is escaped, so that it can stand in a script element.
std::string ReportData(const JobFacts& facts);
std::string ReportPage(const std::string& report_data);

// Writes each file whole or not at all, but does not wait for the disk: what a crash of the machine
// loses would be lost with the job. Returns what could not be written; the files after it are tried
// all the same.
std::vector<Error> WriteOutputFiles(const std::string& directory, const JobFacts& facts,
                                    bool writes_report);

}  // namespace boostyard::container
