import ClusterVocabulary
import Testing

@testable import WorkerService

/// The port that ranks are told to meet at.
struct RendezvousPortTests {
    @Test func jobsAtTheSameTimeAndTriesOfOneJobDoNotMeet() {
        var seen: Set<UInt64> = []
        for job in UInt64(1)...30 {
            for number in UInt32(1)...20 {
                let port = CommandEnvironment.rendezvousPort(
                    of: AttemptID(job: JobID(job), number: number))
                #expect((29_500..<30_500).contains(port))
                #expect(seen.insert(port).inserted, "job \(job), try \(number)")
            }
        }
        let largest = AttemptID(job: JobID(.max), number: .max)
        #expect((29_500..<30_500).contains(CommandEnvironment.rendezvousPort(of: largest)))
    }
}
