import Artifacts
import ClusterVocabulary
import Foundation
import SchedulerCore
import SchedulerService
import Testing

/// The retention rules on a real scheduler: what is needed stays, what is not goes.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct HousekeepingTests {
    private func age(_ path: String, days: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -days * 86_400)], ofItemAtPath: path)
    }

    private func item(_ report: HousekeepingReport, _ what: String) -> HousekeepingReport.Item? {
        report.removable.first { $0.what == what }
    }

    @Test func filesThatNothingRefersToGo() async throws {
        let cluster = try ClusterUnderTest()
        defer { cluster.stop() }
        let store = cluster.scheduler.artifacts
        let work = try DigitsJob.work(storing: store, replicas: 1)
        var submission = DigitsJob.submission(work)
        submission.requirements.isSuspended = true
        guard case .accepted(let job, _, _) = await cluster.scheduler.submit(submission) else {
            Issue.record("not accepted")
            return
        }
        let needed = try #require(SHA256Digest(hex: work.data.files[0].digest))
        let fresh = try store.put(Array("uploaded just now".utf8))
        let old = try store.put(Array("nobody wants this".utf8))
        let used = try store.put(Array("old, but asked for again".utf8))
        for digest in [needed, old, used] { try age(store.path(of: digest), days: 30) }
        try store.touch(used)

        let look = try await cluster.scheduler.housekeep(removes: false)
        #expect(item(look, "files")?.count == 1)
        #expect(try store.contains(old), "a dry run removed something")
        let done = try await cluster.scheduler.housekeep(removes: true)
        #expect(done.isDone)
        #expect(item(done, "files")?.bytes == 17)
        #expect(try !store.contains(old))
        for digest in [needed, fresh, used] { #expect(try store.contains(digest)) }

        // A deleted job needs its data no more.
        _ = await cluster.scheduler.cancel(job)
        _ = await cluster.scheduler.delete(job)
        try age(store.path(of: needed), days: 30)
        _ = try await cluster.scheduler.housekeep(removes: true)
        #expect(try !store.contains(needed))
        #expect(item(try await cluster.scheduler.housekeep(removes: false), "files")?.count == 0)
    }

    @Test func logsOfJobsThatAreNotThereGo() async throws {
        let cluster = try ClusterUnderTest()
        defer { cluster.stop() }
        let logs = "\(cluster.folder)/scheduler/logs"
        for name in ["77.log", "notes.txt"] {
            #expect(FileManager.default.createFile(atPath: "\(logs)/\(name)", contents: Data([1])))
        }
        let report = try await cluster.scheduler.housekeep(removes: true)
        #expect(item(report, "logs")?.count == 1)
        _ = try await cluster.scheduler.housekeep(removes: false)
        #expect(!FileManager.default.fileExists(atPath: "\(logs)/77.log"))
        #expect(FileManager.default.fileExists(atPath: "\(logs)/notes.txt"))
        #expect(report.stored.contains { $0.what == "job rows" })
    }
}
