#ifndef KAGIMORI_APP_COMMAND_LINE_H_
#define KAGIMORI_APP_COMMAND_LINE_H_

namespace kagimori::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;  // also: `audit verify` found damage
inline constexpr int kExitUsage = 2;    // 3: `policy simulate` denies; 4: `apply --dry-run` found
                                        // differences

// The program: finds the command, reads its options, runs it. Answers go to standard output, a failure is one line on
// standard error. Gives the exit code.
int RunCommandLine(int argc, const char* const* argv);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_COMMAND_LINE_H_
