import Foundation
import Logging

/// Why a daemon could not start or had to end: what, where, what to do next.
struct DaemonFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The log of a daemon: standard error.
enum DaemonLog {
    static func make(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .info
        return logger
    }
}

/// Where this program lies, for starting itself.
enum ProgramPath {
    static var own: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    }
}
