#include "container/checkpoint_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <string_view>
#include <system_error>

#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

constexpr std::string_view kPrefix = "xgboost-checkpoint.";
constexpr std::string_view kIgnored = ".sagemaker-ignore";

std::string NameOf(std::uint64_t round) { return std::string(kPrefix) + std::to_string(round); }

// N of "xgboost-checkpoint.N", as the container writes it.
std::optional<std::uint64_t> RoundOf(std::string_view name) {
  if (name.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  const std::string_view digits = name.substr(kPrefix.size());
  std::uint64_t round = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), round);
  if (error != std::errc{} || NameOf(round) != name) return std::nullopt;
  return round;
}

bool IsUnfinished(std::string_view name) {
  return name.substr(0, kPrefix.size()) == kPrefix && name.size() > kIgnored.size() &&
         name.substr(name.size() - kIgnored.size()) == kIgnored;
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// The service is reading it.
bool IsBeingCopied(const std::string& path) {
  return Exists(path + ".sagemaker-uploading") && !Exists(path + ".sagemaker-uploaded");
}

template <class Visit>
void VisitNames(const std::string& path, const Visit& visit) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    visit(entry->path().filename().string());
  }
}

Result<Checkpoint> ReadOne(const std::string& path, std::uint64_t round) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return ReadError(path, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);  // a pipe would never end
  }
  BOOSTYARD_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  BOOSTYARD_ASSIGN_OR_RETURN(
      Checkpoint checkpoint,
      ReadCheckpoint({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  if (static_cast<std::uint64_t>(checkpoint.state.rounds_done) != round + 1) {
    return MakeError(ErrorId::kModelBad, "it was renamed: it is of round " +
                                             std::to_string(checkpoint.state.rounds_done - 1));
  }
  return checkpoint;
}

}  // namespace

Result<CheckpointDir> CheckpointDir::Open(const std::string& path, const WriteCalls& calls) {
  CheckpointDir directory(path, calls);
  BOOSTYARD_RETURN_IF_ERROR(MakeDirectories(path));
  VisitNames(path, [&](const std::string& name) {
    if (IsUnfinished(name)) unlink((path + "/" + name).c_str());
  });
  BOOSTYARD_RETURN_IF_ERROR(directory.TryToWrite());
  return directory;
}

Status CheckpointDir::TryToWrite() const {
  // The probe is ignored by the service, and removed by the next job if this one is killed here.
  const std::string probe = std::string(kPrefix) + "probe" + std::string(kIgnored);
  BOOSTYARD_RETURN_IF_ERROR(WriteFileBy(std::string(kIgnored), path_, probe, {}, calls_));
  unlink((path_ + "/" + probe).c_str());
  return {};
}

std::vector<std::uint64_t> CheckpointDir::Rounds() const {
  std::vector<std::uint64_t> rounds;
  VisitNames(path_, [&](const std::string& name) {
    if (const auto round = RoundOf(name)) rounds.push_back(*round);
  });
  std::sort(rounds.begin(), rounds.end(), std::greater<>());
  return rounds;
}

std::optional<Checkpoint> CheckpointDir::ReadNewest(std::vector<std::string>& problems) const {
  for (const std::uint64_t round : Rounds()) {
    auto checkpoint = ReadOne(path_ + "/" + NameOf(round), round);
    if (checkpoint.ok()) return *std::move(checkpoint);
    problems.push_back(NameOf(round) + ": " + checkpoint.error().message);
  }
  return std::nullopt;
}

Result<std::string> CheckpointDir::Write(const Checkpoint& checkpoint) {
  const auto round = static_cast<std::uint64_t>(checkpoint.state.rounds_done) - 1;
  BOOSTYARD_RETURN_IF_ERROR(WriteFileBy(std::string(kIgnored), path_, NameOf(round),
                                        WriteCheckpoint(checkpoint), calls_));
  RemoveOld(round);
  return NameOf(round);
}

// Files of later rounds are not counted: they could not be read, or this one would not have been
// trained, and they must not push it out.
void CheckpointDir::RemoveOld(std::uint64_t newest) const {
  std::size_t kept = 0;
  for (const std::uint64_t round : Rounds()) {
    if (round > newest) continue;
    if (++kept <= kKept) continue;
    const std::string path = path_ + "/" + NameOf(round);
    if (!IsBeingCopied(path)) unlink(path.c_str());
  }
}

}  // namespace boostyard::container
