import ClusterVocabulary
import Foundation
import Testing

@testable import Supervision

/// What a supervisor writes down of a task.
struct TaskJournalTests {
    private let task = TaskID(attempt: AttemptID(job: JobID(7), number: 2), rank: 3)

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "journal-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func aTaskIsClaimedOnceForEver() throws {
        try inFolder { folder in
            let journal = TaskJournal(of: task, in: folder)
            #expect(journal.claim(bootID: "boot", context: [1, 10, 2]))
            #expect(!journal.claim(bootID: "boot", context: [3]))
            let again = TaskJournal(of: task, in: folder)
            #expect(!again.claim(bootID: "other", context: []))
            #expect(again.claim?.bootID == "boot")
            #expect(again.claim?.context == [1, 10, 2])
            #expect(again.process == nil)
            #expect(again.ending == nil)
        }
    }

    @Test func processAndEndAreReadBack() throws {
        try inFolder { folder in
            let journal = TaskJournal(of: task, in: folder)
            #expect(journal.claim(bootID: "boot", context: []))
            let process = TaskJournal.Process(pid: 4_711, startTime: "123456")
            #expect(journal.note(process))
            #expect(journal.process == process)
            for failure in [nil, FailureClass.infrastructure] {
                let ending = TaskJournal.Ending(
                    code: 3, signal: 0, failure: failure,
                    reason: Reason(.commandFailed, "two\nlines"))
                #expect(journal.note(ending))
                #expect(journal.ending == ending)
            }
            journal.remove()
            #expect(TaskJournal.names(in: folder).isEmpty)
        }
    }

    @Test func aCutJournalIsNoEnd() throws {
        try inFolder { folder in
            let journal = TaskJournal(of: task, in: folder)
            #expect(journal.claim(bootID: "boot", context: []))
            for text in ["", "3", "3 0 - 999999\n", "x y z w\n", "3 0 -\n"] {
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(journal.folder)/exit"))
                #expect(journal.ending == nil, "\(text)")
            }
        }
    }

    @Test func foldersNameTheirTasks() {
        #expect(TaskJournal.task(named: "\(task)") == task)
        for name in ["", "7", "7-2", "7-2-3-4", "0-1-0", "7-0-0", "a-b-c", "7-2--1"] {
            #expect(TaskJournal.task(named: name) == nil, "\(name)")
        }
    }
}
