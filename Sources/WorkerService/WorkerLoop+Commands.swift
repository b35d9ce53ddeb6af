import ClusterVocabulary
import Determinism
import Foundation
import Supervision
import WorkerCore

/// Carries out what the core decided about commands.
extension WorkerLoop {
    func supervise(_ effects: WorkerEffects) {
        if let contact = effects.contact {
            // Both clocks go on while the host sleeps; only their origins differ.
            let age = (now - contact).nanoseconds
            parts.supervisor.setContact(BootClock.nanoseconds - age)
        }
        for order in effects.folders {
            parts.folders.make(order) { [inbox = parts.inbox] problem in
                if let (failure, reason) = problem {
                    inbox.put(.commandRefused(order.attempt, failure, reason))
                } else {
                    inbox.put(.folderMade(order.attempt))
                }
            }
        }
        for launch in effects.launches { start(launch) }
        for command in effects.supervision { parts.supervisor.send(command) }
        for order in effects.collections {
            parts.folders.collect(order) { [inbox = parts.inbox] archive, problem in
                inbox.put(.collected(order.attempt, archive, problem))
            }
        }
        for order in effects.removals { parts.folders.remove(order) }
    }

    private func start(_ launch: WorkerEffects.Launch) {
        let environment = CommandEnvironment(
            secretsFolder: parts.settings.secretsFolder, node: NodeID(parts.settings.name),
            users: parts.users, executable: parts.settings.executable)
        do throws(CommandRefusal) {
            let starts = try environment.starts(
                launch.prepare, ranks: launch.ranks,
                folder: parts.folders.workFolder(launch.prepare.attempt))
            for start in starts { parts.supervisor.send(.start(start)) }
        } catch {
            parts.inbox.put(
                .commandRefused(launch.prepare.attempt, error.failure, error.reason))
        }
    }
}

extension Duration {
    /// Whole nanoseconds.
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
