import ClusterVocabulary
import ControlAPI
import HTTPTypes
import Hummingbird
import NIOCore
import SchedulerService

/// What the ranks of a command job wrote, as records or as text, whole or followed.
struct OutputStreaming: Sendable {
    let backend: any SchedulerBackend
    let job: JobRecord

    /// Bytes read at once.
    private static let pieceBytes = 1 << 20
    /// The shortest time between two reads of an output that is followed.
    private static let pause = Duration.milliseconds(20)

    /// How it is given.
    private enum Form: Sendable {
        /// As records; behind each piece one of no rank tells the position.
        case records
        /// As the text of all ranks.
        case text(JobOutputText)

        /// The bytes that stand for a piece.
        mutating func bytes(of piece: [UInt8], position: Int64) -> [UInt8] {
            guard case .text(var text) = self else {
                var bytes = piece
                JobOutputRecord(
                    stream: .note, rank: JobOutputText.noRank, at: 0, attempt: 0,
                    next: position, text: []
                ).append(to: &bytes)
                return bytes
            }
            var rest = piece[...]
            var lines: [UInt8] = []
            while let record = JobOutputRecord(first: rest) {
                lines += text.take(record)
                rest = rest.dropFirst(record.byteCount)
            }
            self = .text(text)
            return lines
        }

        /// What shows that the connection lives, and where the reader is.
        func sign(position: Int64) -> [UInt8] {
            guard case .records = self else { return [] }
            var form = self
            return form.bytes(of: [], position: position)
        }

        /// What is left at the end.
        mutating func finish() -> [UInt8] {
            guard case .text(var text) = self else { return [] }
            defer { self = .text(text) }
            return text.finish().flatMap(\.text)
        }
    }

    /// Records from a position on.
    func records(from: Int64, follows: Bool) -> Response {
        response(from, follows, .records, type: "application/octet-stream")
    }

    /// The text of all ranks.
    func text(follows: Bool) -> Response {
        response(
            0, follows, .text(JobOutputText(ranks: job.command?.ranks ?? 1)),
            type: "text/plain; charset=utf-8")
    }

    private func response(
        _ from: Int64, _ follows: Bool, _ form: Form, type: String
    ) -> Response {
        Response(
            status: .ok, headers: [.contentType: type],
            body: ResponseBody { writer in
                var output = writer
                var form = form
                var position = from
                if follows {
                    try await EventFeed.run(backend, keeping: 1) { feed in
                        let sign = form.sign(position: position)
                        if !sign.isEmpty { try await output.write(ByteBuffer(bytes: sign)) }
                        if try await send(&position, &form, to: &output) { return }
                        for await item in feed {
                            if case .heartbeat = item {
                                let sign = form.sign(position: position)
                                if !sign.isEmpty {
                                    try await output.write(ByteBuffer(bytes: sign))
                                }
                            }
                            if try await send(&position, &form, to: &output) { return }
                            try await Task.sleep(for: OutputStreaming.pause)
                        }
                    }
                } else {
                    _ = try await send(&position, &form, to: &output)
                }
                let rest = form.finish()
                if !rest.isEmpty { try await output.write(ByteBuffer(bytes: rest)) }
                try await output.finish(nil)
            })
    }

    /// Gives all there is; true when the job had ended before it was read.
    @concurrent
    private func send(
        _ position: inout Int64, _ form: inout Form, to writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        let isOver = backend.view.job(job.id)?.state.isFinal ?? true
        while true {
            let (backend, id, from) = (backend, job.id, position)
            let piece = try await BlockingWork.run {
                let found = try backend.output(
                    of: id, from: from, most: OutputStreaming.pieceBytes)
                return (position: found.position, bytes: found.bytes)
            }
            guard !piece.bytes.isEmpty else { return isOver }
            position = piece.position + Int64(piece.bytes.count)
            let bytes = form.bytes(of: piece.bytes, position: position)
            if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
        }
    }
}
