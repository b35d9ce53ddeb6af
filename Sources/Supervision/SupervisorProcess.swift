import CSupervision
import Glibc

/// Starting the supervisor of a state folder.
package enum SupervisorProcess {
    /// Starts one in a session of its own; gives its pid, `nil` when that fails. One that runs
    /// already wins: the new one ends by itself.
    package static func start(_ executable: String, _ places: SupervisorPlaces) -> Int32? {
        let words = [executable, "supervisor", "--state", places.stateFolder]
        let arguments = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        let process = supervision_daemon(executable, arguments, places.logPath)
        return process > 0 ? process : nil
    }
}
