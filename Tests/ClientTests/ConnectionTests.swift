import Testing

@testable import Client

struct ConnectionTests {
    private let folder: ScratchFolder
    private let environment: [String: String]

    init() throws {
        folder = try ScratchFolder()
        environment = [
            "HOME": folder.path, "XDG_CONFIG_HOME": "\(folder.path)/config",
            "MLCTL_STATE": "\(folder.path)/state",
        ]
        try folder.write("state/keys/admin.token", "own-token\n")
        try folder.write("lab.token", "lab-token")
        try folder.write(
            "config/mlctl/config.yaml",
            """
            current-context: lab
            contexts:
              - {name: lab, server: "https://lab:7070", tokenFile: ~/lab.token}
              - name: far
                server: far
            """)
    }

    private func resolve(
        _ flag: String? = nil, _ variables: [String: String] = [:]
    ) throws -> Connection {
        try Connection.resolve(
            context: flag, environment: environment.merging(variables) { $1 })
    }

    @Test func withoutConfigurationItIsThisMachinesScheduler() throws {
        let connection = try resolve(nil, ["XDG_CONFIG_HOME": "\(folder.path)/none"])
        #expect(connection.server == .local)
        #expect(connection.token == "own-token")
        #expect(connection.origin == "default")
    }

    @Test func theCurrentContextIsMeant() throws {
        let connection = try resolve()
        #expect(connection.server.description == "https://lab:7070")
        #expect(connection.token == "lab-token")
    }

    @Test func variablesBeatTheFileAndTheFlagBeatsVariables() throws {
        let variables = ["MLCTL_SERVER": "http://other:1", "MLCTL_CONTEXT": "far"]
        #expect(try resolve(nil, variables).server.description == "http://other:1")
        #expect(try resolve("lab", variables).server.description == "https://lab:7070")
        #expect(try resolve(nil, ["MLCTL_CONTEXT": "far"]).origin == "context far")
    }

    @Test func thisMachinesTokenGoesToNoOtherMachine() throws {
        #expect(try resolve(nil, ["MLCTL_SERVER": "http://other:1"]).token == nil)
        #expect(try resolve("far").token == nil)
        #expect(try resolve(nil, ["MLCTL_SERVER": "localhost:1"]).token == "own-token")
    }

    @Test func anUnknownContextIsWrongUsageAndNamesTheOthers() {
        let failure = #expect(throws: ClientFailure.self) { _ = try resolve("labb") }
        #expect(failure?.status == .wrongUsage)
        #expect(failure?.message.contains("lab, far") == true)
    }

    @Test func aNamedTokenFileMustBeThere() {
        let failure = #expect(throws: ClientFailure.self) {
            _ = try resolve(nil, ["MLCTL_TOKEN_FILE": "/nonexistent"])
        }
        #expect(failure?.status == .refused)
    }

    @Test func aTokenThatWouldBreakTheHeaderIsRefused() throws {
        let path = try folder.write("bad.token", "one\ntwo\n")
        #expect(throws: ClientFailure.self) {
            _ = try resolve(nil, ["MLCTL_TOKEN_FILE": path])
        }
    }

    @Test(arguments: [
        "contexts: 1", "contexts: [{name: a}]", "server: x", "contexts: [{name: a, server: 'a/b'}]",
        "[1]", "a: [", "contexts: [{name: [1], server: lab}]",
    ])
    func aBrokenConfigurationIsNamedWithItsPlace(text: String) {
        let failure = #expect(throws: ClientFailure.self) {
            _ = try ContextFile.read(text, path: "config.yaml")
        }
        #expect(failure?.status == .wrongUsage)
        #expect(failure?.message.hasPrefix("config.yaml") == true)
    }

    @Test func whatIsSavedIsReadBack() throws {
        let file = ContextFile(
            current: "a \"b\"",
            contexts: [
                .init(name: "a \"b\"", server: "http://lab:1", tokenFile: "C:\\x"),
                .init(name: "no", server: "lab", tokenFile: nil),
            ])
        let path = "\(folder.path)/new/config.yaml"
        try file.save(path)
        #expect(try ContextFile.load(path) == file)
        #expect(try ContextFile.read("", path: path) == ContextFile())
    }

    @Test func theStateFolderFollowsItsVariables() {
        #expect(StateFolder.path(in: ["MLCTL_STATE": "/a", "XDG_STATE_HOME": "/b"]) == "/a")
        #expect(StateFolder.path(in: ["XDG_STATE_HOME": "/b"]) == "/b/mlctl")
        #expect(
            StateFolder.path(in: ["XDG_STATE_HOME": "rel", "HOME": "/h"])
                == "/h/.local/state/mlctl")
        #expect(StateFolder.path(in: ["MLCTL_STATE": "rel"]).hasPrefix("/"))
    }
}
