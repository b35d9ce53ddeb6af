import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A tiny HTTP server that answers as a test tells it and remembers what it was asked.
final class FakeScheduler: Sendable {
    /// What was asked.
    struct Question: Sendable, Equatable {
        var method: String
        var uri: String
        var token: String?
        var body: String
    }

    /// What is answered; `cuts` closes the connection behind the body, unfinished.
    struct Answer: Sendable {
        var status = 200
        var body = ""
        var cuts = false
    }

    typealias Rule = @Sendable (Question, _ count: Int) -> Answer

    private let channel: any Channel
    private let asked: Asked

    private final class Asked: Sendable {
        let questions = Mutex<[Question]>([])

        /// How many questions with this method and URI there have been, this one included.
        func take(_ question: Question) -> Int {
            questions.withLock { questions in
                questions.append(question)
                return questions.filter {
                    $0.method == question.method && $0.uri == question.uri
                }.count
            }
        }
    }

    init(_ rule: @escaping Rule) async throws {
        let asked = Asked()
        self.asked = asked
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { question in rule(question, asked.take(question)) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    var questions: [Question] { asked.questions.withLock { $0 } }

    func stop() async throws {
        try await channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: (Question) -> Answer
        private var question = Question(method: "", uri: "", token: nil, body: "")

        init(_ answer: @escaping (Question) -> Answer) {
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                question = Question(
                    method: head.method.rawValue, uri: head.uri,
                    token: head.headers.first(name: "Authorization"), body: "")
            case .body(let bytes): question.body += String(buffer: bytes)
            case .end: reply(context)
            }
        }

        private func reply(_ context: ChannelHandlerContext) {
            let answer = answer(question)
            let isHead = question.method == "HEAD"
            var head = HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status))
            // A body that is cut has no length, so that it ends too early.
            if answer.cuts {
                head.headers.add(name: "Transfer-Encoding", value: "chunked")
            } else {
                head.headers.add(name: "Content-Length", value: "\(answer.body.utf8.count)")
            }
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if !isHead {
                let buffer = ByteBuffer(string: answer.body)
                context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
            }
            if answer.cuts {
                context.flush()
                context.close(promise: nil)
            } else {
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
