// Hyperparameters from lines name=value. Whatever the bytes: no crash; each problem is the user's
// and names a setting; what is accepted is understood alike once written canonically.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/base/error.h"
#include "hyperparams/parse.h"
#include "hyperparams/spec.h"

namespace {

using boostyard::Error;
using boostyard::hyperparams::AllSpecs;
using boostyard::hyperparams::Canonicalize;
using boostyard::hyperparams::HyperparamSpec;
using boostyard::hyperparams::JobSettings;
using boostyard::hyperparams::Parse;
using boostyard::hyperparams::RawHyperparameters;

void Require(bool holds, const char* what, const std::string& detail = {}) {
  if (holds) return;
  std::fprintf(stderr, "property broken: %s %s\n", what, detail.c_str());
  std::abort();
}

RawHyperparameters ReadLines(std::string_view text) {
  RawHyperparameters raw;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    raw.insert_or_assign(std::string(line.substr(0, equals)), std::string(line.substr(equals + 1)));
  }
  return raw;
}

bool NamesASetting(const std::string& message) {
  if (message.rfind("hyperparameter \"", 0) == 0) return true;  // a name that is not known
  for (const HyperparamSpec& spec : AllSpecs()) {
    if (message.find(spec.name) != std::string::npos) return true;
  }
  return false;
}

void CheckError(const Error& error) {
  Require(boostyard::KindOf(error) == boostyard::ErrorKind::kUser, "kind User", error.message);
  Require(NamesASetting(error.message), "a name in", error.message);
  Require(!error.fix.empty(), "a cure for", error.message);
  Require(error.message.find('\n') == std::string::npos, "one line", error.message);
  for (const Error& other : error.also) CheckError(other);
}

JobSettings WithoutNotes(JobSettings job) {
  job.notes.clear();
  return job;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const RawHyperparameters raw = ReadLines(text);
  const auto job = Parse(raw);
  const auto canonical = Canonicalize(raw);
  Require(job.ok() == canonical.ok(), "Parse and Canonicalize agree");
  if (!job.ok()) {
    CheckError(job.error());
    return 0;
  }
  const auto again = Parse(*canonical);
  Require(again.ok(), "canonical settings are accepted");
  Require(WithoutNotes(*again) == WithoutNotes(*job), "canonical settings mean the same");
  const auto twice = Canonicalize(*canonical);
  Require(twice.ok() && *twice == *canonical, "canonical settings stay as they are");
  return 0;
}
