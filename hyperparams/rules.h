// What settings say about each other.
#pragma once

#include <string>
#include <vector>

#include "engine/base/error.h"
#include "hyperparams/settings.h"

namespace boostyard::hyperparams {

// The contradictions among the settings, in the order of the table. A rule about a setting that is
// bad by itself is not asked.
std::vector<Error> CheckRules(const Settings& settings);

// Rewrites what is said in an old or indirect way (gpu_hist, updater, reg:linear, Dask) and notes
// it. Precondition: no errors.
void Resolve(Settings& settings, std::vector<std::string>& notes);

// Why a setting changes nothing in this job; empty if it does.
std::string WhyWithoutEffect(const Settings& settings, const HyperparamSpec& spec);

}  // namespace boostyard::hyperparams
