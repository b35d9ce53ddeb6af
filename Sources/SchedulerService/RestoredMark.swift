import ClusterVocabulary
import Foundation
import SchedulerCore

/// The mark that `cluster restore` leaves in a state folder: nodes may not know yet where the
/// scheduler is, and see their old one refuse, so their commands are waited for longer.
package enum RestoredMark {
    /// The file in the state folder.
    package static let name = "restored"

    /// The core's configuration, with the longer lease where the mark is.
    static func configuration(_ settings: SchedulerSettings) -> SchedulerConfiguration {
        var configuration = settings.core
        if FileManager.default.fileExists(atPath: "\(settings.stateFolder)/\(name)") {
            configuration.restoredLease = .seconds(CommandLease.longestAbsenceSeconds)
        }
        return configuration
    }

    /// Removes it: whoever has not come by now is counted as any other.
    static func remove(from stateFolder: String) {
        try? FileManager.default.removeItem(atPath: "\(stateFolder)/\(name)")
    }
}
