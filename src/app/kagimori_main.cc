#include "app/command_line.h"

int main(int argc, char** argv) { return kagimori::app::RunCommandLine(argc, argv); }
