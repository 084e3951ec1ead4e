// Settings of the container and of the service.
#include "hyperparams/store.h"

namespace boostyard::hyperparams {

std::vector<HyperparamSpec> ServiceSpecs() {
  return {
      {.name = "csv_weights",
       .type = Type::kBoolean,
       .choices = {"0", "1"},
       .default_value = "0",
       .doc = "1: the column after the label is the row's weight (CSV)",
       .set = &Store<&JobSettings::csv_weights>},
      {.name = "_kfold",
       .type = Type::kInteger,
       .range = AtLeast(2),
       .default_note = "off",
       .doc = "Trains so many models, each validated on its own part of the data",
       .set = &Store<&JobSettings::kfold>},
      {.name = "_num_cv_round",
       .type = Type::kInteger,
       .range = AtLeast(1),
       .default_value = "1",
       .doc = "How often the k-fold is repeated, each time with other parts",
       .set = &Store<&JobSettings::num_cv_round>},
      {.name = "save_model_on_termination",
       .type = Type::kBoolean,
       .choices = {"true", "false"},
       .default_value = "false",
       .doc = "true: a job that is stopped leaves the model of the rounds done",
       .set = &Store<&JobSettings::save_model_on_termination>},
      {.name = "use_dask_gpu_training",
       .type = Type::kBoolean,
       .choices = {"true", "false"},
       .default_value = "false",
       .doc = "true: device=cuda, on all GPUs of one host; there is no Dask here",
       .set = &Store<&JobSettings::use_all_gpus>},
      {.name = "sagemaker_program",
       .type = Type::kCategory,
       .default_note = "none",
       .unsupported =
           "script mode is not supported, this container trains by hyperparameters alone",
       .doc = "Refused: script mode is not supported; other sagemaker_* settings are ignored"},
      {.name = "verbose",
       .type = Type::kCategory,
       .default_note = "none",
       .unsupported = "it is not a setting of XGBoost's training; verbosity is",
       .doc = "Refused: see verbosity"},
  };
}

}  // namespace boostyard::hyperparams
