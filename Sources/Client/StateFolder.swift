import Foundation

/// Where the daemons of this user keep their state, and what the client finds there.
package enum StateFolder {
    /// The folder this process uses.
    package static var path: String { path(in: ProcessInfo.processInfo.environment) }

    /// `$MLCTL_STATE`, `$XDG_STATE_HOME/mlctl` or `~/.local/state/mlctl`; always absolute.
    package static func path(in environment: [String: String]) -> String {
        if let own = environment["MLCTL_STATE"], !own.isEmpty { return absolute(own) }
        // The XDG rules tell to ignore relative paths.
        if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") { return "\(base)/mlctl" }
        return "\(home(in: environment))/.local/state/mlctl"
    }

    /// The bearer token of the user who runs the scheduler.
    package static func adminTokenPath(in folder: String) -> String { "\(folder)/keys/admin.token" }

    /// The certificate of a scheduler that serves other machines.
    package static func certificatePath(in folder: String) -> String { "\(folder)/keys/http.crt" }

    /// The Unix socket of a scheduler, where the kernel says who speaks.
    package static func socketPath(in folder: String) -> String { "\(folder)/mlctl.sock" }

    /// The Unix socket of the scheduler that the host runs for all its users.
    package static let hostSocketPath = "/run/mlctl/mlctl.sock"

    /// The description of the cluster that `cluster init` writes and `scheduler` reads.
    package static func configurationPath(in folder: String) -> String { "\(folder)/cluster.yaml" }

    /// The ledger.
    package static func ledgerPath(in folder: String) -> String { "\(folder)/ledger.sqlite" }

    static func home(in environment: [String: String]) -> String {
        if let home = environment["HOME"], home.hasPrefix("/") { return home }
        return NSHomeDirectory()
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        return "\(FileManager.default.currentDirectoryPath)/\(path)"
    }
}
