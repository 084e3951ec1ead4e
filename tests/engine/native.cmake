# The native engine's units.
boostyard_test(slot_matrix_test SOURCES slot_matrix_test.cc LIBS boostyard_native)
boostyard_test(kernels_test SOURCES kernels_test.cc scan_kernels_test.cc LIBS boostyard_native)
boostyard_test(tree_test
  SOURCES column_sampler_test.cc grad_scales_test.cc interaction_test.cc split_contest_test.cc
    split_rules_test.cc tree_grower_test.cc
  LIBS boostyard_native)
boostyard_test(thread_team_test SOURCES thread_team_test.cc stage_times_test.cc LIBS boostyard_base)
# Tests name only the settings that they are about.
set_source_files_properties(column_sampler_test.cc split_rules_test.cc tree_grower_test.cc
  scan_kernels_test.cc PROPERTIES COMPILE_OPTIONS -Wno-missing-field-initializers)
