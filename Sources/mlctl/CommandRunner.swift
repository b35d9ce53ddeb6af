import ArgumentParser
import Client
import Foundation

/// Parses, runs, and turns every ending into one of the documented exit codes.
enum CommandRunner {
    /// How a command line ended: its code, and what is left to say on which stream.
    struct Ending: Equatable {
        let status: Int32
        var output = ""
        var error = ""
    }

    /// Runs the arguments and exits.
    static func main(_ arguments: [String]) async -> Never {
        let ending = await run(arguments)
        if !ending.output.isEmpty {
            FileHandle.standardOutput.write(Data("\(ending.output)\n".utf8))
        }
        if !ending.error.isEmpty {
            FileHandle.standardError.write(Data("\(ending.error)\n".utf8))
        }
        exit(ending.status)
    }

    /// Runs the arguments.
    static func run(_ arguments: [String]) async -> Ending {
        var command: any ParsableCommand
        do {
            command = try await Mlctl.asyncParseAsRoot(arguments)
        } catch {
            return parseEnding(error)
        }
        do {
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return Ending(status: ExitStatus.done.rawValue)
        } catch {
            return ending(error)
        }
    }

    /// Help is no error; everything else that is not understood is wrong usage.
    static func parseEnding(_ error: any Error) -> Ending {
        let text = Mlctl.fullMessage(for: error)
        guard !Mlctl.exitCode(for: error).isSuccess else {
            return Ending(status: ExitStatus.done.rawValue, output: text)
        }
        return Ending(status: ExitStatus.wrongUsage.rawValue, error: text)
    }

    /// The one place where an error becomes an exit code.
    static func ending(_ error: any Error) -> Ending {
        switch error {
        case let code as ExitCode: return Ending(status: code.rawValue)
        case is CleanExit, is ValidationError: return parseEnding(error)
        // The help command throws when it runs, an error of the parser that is a success.
        case _ where Mlctl.exitCode(for: error) != .failure && !(error is ClientFailure):
            return parseEnding(error)
        default:
            let failure = ClientFailure(error)
            guard !failure.message.isEmpty else { return Ending(status: failure.status.rawValue) }
            let environment = ProcessInfo.processInfo.environment
            let isColored = Console.standard(environment: environment).usesColor(.error)
            let head = Style.red.text("error:", isOn: isColored)
            return Ending(status: failure.status.rawValue, error: "\(head) \(failure.message)")
        }
    }
}
