import ClusterVocabulary
import Foundation
import Testing

@testable import Supervision

/// Limits of tasks: what is written where it may be, and what is said where it may not.
struct ControlGroupTests {
    private let task = TaskID(attempt: AttemptID(job: JobID(7), number: 2), rank: 1)

    /// A folder that looks as the kernel's does.
    private func fake() throws -> String {
        let base = NSTemporaryDirectory() + "mlctl-groups-\(UInt32.random(in: 0 ... .max))"
        let folder = "\(base)/\(task)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for name in [
            "memory.max", "memory.swap.max", "memory.oom.group", "cpu.max", "cgroup.procs",
            "cgroup.kill", "memory.events",
        ] {
            _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data())
        }
        return base
    }

    private func text(_ base: String, _ name: String) -> String {
        (try? String(contentsOfFile: "\(base)/\(task)/\(name)", encoding: .utf8)) ?? ""
    }

    @Test func memoryAndProcessorTimeAreLimited() throws {
        let base = try fake()
        defer { try? FileManager.default.removeItem(atPath: base) }
        let groups = ControlGroups(base: base, isLimiting: true)
        let descriptor = groups.make(
            task, ResourceAmount(milliCPU: 1_500, memoryBytes: 256 << 20))
        #expect(descriptor >= 0)
        close(descriptor)
        #expect(text(base, "memory.max") == "268435456")
        #expect(text(base, "memory.swap.max") == "0")
        #expect(text(base, "memory.oom.group") == "1", "all of it goes, not a part")
        #expect(text(base, "cpu.max") == "150000 100000")
        #expect(groups.description.contains("limit memory and processor time"))
    }

    @Test func runningOutOfMemoryIsToldFromOtherEnds() throws {
        let base = try fake()
        defer { try? FileManager.default.removeItem(atPath: base) }
        let groups = ControlGroups(base: base, isLimiting: true)
        let events = "\(base)/\(task)/memory.events"
        try "low 0\nhigh 0\nmax 9\noom 3\noom_kill 0\n".write(
            toFile: events, atomically: false, encoding: .utf8)
        #expect(!groups.ranOutOfMemory(task))
        try "low 0\nhigh 0\nmax 9\noom 3\noom_kill 2\n".write(
            toFile: events, atomically: false, encoding: .utf8)
        #expect(groups.ranOutOfMemory(task))
    }

    @Test func whatIsNotAllowedIsSaidAndNotWritten() throws {
        let base = try fake()
        defer { try? FileManager.default.removeItem(atPath: base) }
        let killing = ControlGroups(base: base, isLimiting: false)
        close(killing.make(task, ResourceAmount(milliCPU: 1_500, memoryBytes: 256 << 20)))
        #expect(text(base, "memory.max").isEmpty)
        #expect(killing.description.contains("neither is limited"))
        let nothing = ControlGroups(base: nil, isLimiting: false)
        #expect(nothing.make(task, .zero) == -1)
        #expect(!nothing.kill(task) && nothing.processes(task).isEmpty)
        #expect(nothing.description.contains("are not limited"))
    }
}
