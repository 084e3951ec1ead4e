// Reads one CSV file on one thread: what error_cost_test.py counts the instructions of.
//
// usage: read_tool FILE; exit status 0: good, 1: refused, 2: another number of arguments
#include "data/open.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  boostyard::ReadRequest request;
  request.channel = "train";
  request.files = {{argv[1], "rows.csv", false}};
  return boostyard::OpenData(request).ok() ? 0 : 1;
}
