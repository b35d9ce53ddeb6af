import ControlAPI
import Testing

@testable import Client

struct WatchBoardTests {
    private let now: Int64 = 1_795_440_900_000

    private func job(
        _ id: Int, _ state: String, name: String? = nil, more: String = "", metrics: String = "{}"
    ) -> ServerSentEvent {
        let data = """
            {"name":"\(name ?? "job-\(id)")","namespace":"default","id":\(id),"user":"ana",
            "labels":{},"state":"\(state)","reason":"None","message":"","replicas":2,
            "hosts":["h1","h2"],"rounds":0,"metrics":\(metrics),"model":"","sha256":"",
            "submittedAt":"2026-11-23T13:34:20.000Z"\(more)}
            """
        return ServerSentEvent(name: "state", data: data.replacing("\n", with: ""))
    }

    private func progress(_ id: Int, rounds: Int, metrics: String = "{}") -> ServerSentEvent {
        let data = """
            {"name":"job-\(id)","namespace":"default","id":\(id),"progress":{"completeRounds":\
            \(rounds),"totalRounds":100,"epoch":\(rounds / 10),"samples":1000,\
            "samplesPerSecond":96000,"trainLoss":0.0412,"remainingSeconds":41,"stateDigest":"",\
            "metrics":\(metrics)}}
            """
        return ServerSentEvent(name: "progress", data: data)
    }

    private func text(_ board: WatchBoard, columns: Int = 120) -> String {
        board.lines(columns: columns, now: now).map(\.plain).joined(separator: "\n")
    }

    @Test func theTableShowsRunningWaitingAndEndedJobs() {
        var board = WatchBoard()
        _ = board.take(job(1, "Running"))
        _ = board.take(progress(1, rounds: 78, metrics: #"{"validation.accuracy":0.9783}"#))
        _ = board.take(job(2, "Pending"))
        let end = #","finishedAt":"2026-11-23T13:34:21.500Z""#
        let start = #","startedAt":"2026-11-23T13:34:20.000Z""#
        _ = board.take(
            job(3, "Succeeded", more: end + start, metrics: #"{"test.accuracy":0.97}"#))
        #expect(
            text(board) == """
                job-1  ana  Running   h1,h2    ███████░░░  78%  96.0k samples/s  \
                loss 0.0412  val 0.9783  eta 0:41
                job-2  ana  Pending    waits 40s
                job-3  ana  Succeeded  test 0.9700  1.5 s
                """)
    }

    /// A command has no rounds: no bar at 0%, but the values it printed.
    @Test func aCommandShowsItsValuesInPlaceOfABar() {
        var board = WatchBoard()
        _ = board.take(job(1, "Running"))
        let values = """
            {"name":"job-1","namespace":"default","id":1,"progress":{"completeRounds":3,\
            "totalRounds":0,"epoch":0,"samples":0,"samplesPerSecond":0,"trainLoss":null,\
            "remainingSeconds":null,"stateDigest":"","metrics":{"loss":0.25}}}
            """
        _ = board.take(ServerSentEvent(name: "progress", data: values))
        let shown = text(board)
        #expect(shown.contains("loss 0.25"), "\(shown)")
        #expect(!shown.contains("%") && !shown.contains("samples/s"), "\(shown)")
        let line = board.line(of: 1, now: now)?.plain ?? ""
        #expect(line.contains("loss 0.25") && !line.contains("round"), "\(line)")
    }

    @Test func aNarrowTerminalKeepsWhatChanges() {
        var board = WatchBoard()
        _ = board.take(job(1, "Running"))
        _ = board.take(progress(1, rounds: 50))
        #expect(text(board, columns: 60).hasPrefix("job-1  Running   ████░░░░  50%"))
    }

    @Test func anEndIsForGood() {
        var board = WatchBoard(only: ["job-1"])
        _ = board.take(job(1, "Failed"))
        _ = board.take(job(1, "Running"))
        _ = board.take(progress(1, rounds: 5))
        #expect(board.jobs[1]?.state == "Failed")
        #expect(board.isSettled)
        #expect(board.take(job(2, "Running")) == nil)
    }

    @Test func oldEndsLeaveTheTable() {
        var board = WatchBoard()
        for id in 1...30 {
            let time = #","finishedAt":"2026-11-23T13:34:\#(id + 10).000Z""#
            _ = board.take(job(id, "Succeeded", more: time))
        }
        #expect(board.jobs.keys.sorted() == Array(21...30))
    }

    @Test func brokenEventsChangeNothing() {
        var board = WatchBoard()
        for name in ["state", "progress", "fact", "log", "end", "newer"] {
            #expect(board.take(ServerSentEvent(name: name, data: "{\"x\":")) == nil)
            #expect(board.take(ServerSentEvent(name: name, data: "{}")) == nil)
        }
        #expect(text(board) == "no jobs")
    }

    @Test func onlyNewsGetALineWhereNothingCanBeDrawnAgain() {
        var board = WatchBoard()
        var changes = ChangeLog()
        func isNews(_ event: ServerSentEvent, at time: Int64) -> Bool {
            guard let id = board.take(event), let job = board.jobs[id] else { return false }
            return changes.take(job, now: time)
        }
        #expect(isNews(job(1, "Running"), at: 0))
        #expect(!isNews(job(1, "Running"), at: 5_000))
        #expect(!isNews(progress(1, rounds: 9), at: 5_000))
        #expect(isNews(progress(1, rounds: 10), at: 5_000))
        #expect(!isNews(progress(1, rounds: 20), at: 5_500))
        #expect(isNews(progress(1, rounds: 21), at: 6_100))
        #expect(isNews(job(1, "Succeeded"), at: 6_101))
    }
}
