import Foundation
import Testing

@testable import Supervision

/// Which processes belong to a task.
struct ProcessTableTests {
    private func entry(
        _ pid: pid_t, parent: pid_t, group: pid_t, session: pid_t, start: String = "1"
    ) -> ProcessTable.Entry {
        ProcessTable.Entry(
            pid: pid, parent: parent, group: group, session: session, startTime: start,
            isZombie: false)
    }

    @Test func sessionGroupAndDescentAreFollowed() {
        let table = ProcessTable(entries: [
            entry(90_010, parent: 1, group: 90_010, session: 90_010),
            // In the session, its parent gone.
            entry(90_011, parent: 1, group: 90_011, session: 90_010),
            // A session of its own, but a child of a member; and a child of that one.
            entry(90_012, parent: 90_011, group: 90_012, session: 90_012),
            entry(90_013, parent: 90_012, group: 90_013, session: 90_013),
            // A stranger.
            entry(90_020, parent: 1, group: 90_020, session: 90_020),
        ])
        let found = table.members(leader: 90_010, mark: "1-1-0", known: [:]).map(\.pid)
        #expect(Set(found) == [90_010, 90_011, 90_012, 90_013])
    }

    @Test func aPidThatWasGivenToAnotherIsNotTheOneThatWasSeen() {
        let table = ProcessTable(entries: [
            entry(90_031, parent: 1, group: 90_031, session: 90_031, start: "200"),
            entry(90_032, parent: 1, group: 90_032, session: 90_032, start: "300"),
        ])
        let known: [pid_t: String] = [90_031: "100", 90_032: "300"]
        let found = table.members(leader: 90_030, mark: "1-1-0", known: known).map(\.pid)
        #expect(found == [90_032])
    }

    @Test func thisProcessIsSeenAsItIs() throws {
        let own = try #require(ProcessTable.entry(getpid()))
        #expect(own.parent == getppid())
        let process = TaskJournal.Process(pid: getpid(), startTime: own.startTime)
        #expect(ProcessTable.runs(process))
        #expect(!ProcessTable.runs(TaskJournal.Process(pid: getpid(), startTime: "1")))
    }
}
