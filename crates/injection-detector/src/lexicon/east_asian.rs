//! Languages written without spaces, and Korean, words by class. Accents are folded away, as in the text they are compared with.

use super::{Row, foreign};
use crate::class::Classes as C;

/// Chinese.
pub(super) const CHINESE: &[Row] = &[
    foreign(
        C::OVERRIDE,
        "忽略 忽视 无视 無視 忽視 忘记 忘掉 忘記 不要理会 不要理會 抛开 放弃 绕过 繞過 不理会 跳过 取消 推翻 抛弃",
    ),
    foreign(C::PRIOR, "之前 以前 先前 上述 前面 以上 此前 上面 原来 原有"),
    foreign(C::ALL, "所有 全部 一切 任何"),
    foreign(C::INSTRUCTION, "指令 指示 命令 说明 說明 提示 提示词 提示詞 系统提示 系統提示 要求 指引"),
    foreign(C::RULE, "规则 規則 限制 约束 約束 准则 审查 过滤 安全策略 道德"),
    foreign(C::ASSISTANT, "助手 人工智能 语言模型 大模型 机器人 模型"),
    foreign(C::YOU, "你 您 你的 您的"),
    foreign(C::ME, "我 我的"),
    foreign(C::NOW, "现在 現在 从现在开始 從現在開始 从现在起 今后"),
    foreign(C::BE, "是"),
    foreign(C::NEW, "新的 新 以下 下列"),
    foreign(C::REVEAL, "显示 顯示 泄露 洩露 透露 公开 告诉我 告訴我 输出 輸出 打印 展示"),
    foreign(C::SECRET, "密码 密碼 密钥 密鑰 机密 機密 秘密 凭证 口令"),
    foreign(C::SEND, "发送 發送 发给 上传 上傳 转发 邮件"),
    foreign(C::TELL, "告诉 告訴 提及 通知 提到"),
    foreign(C::USER, "用户 用戶 使用者"),
    foreign(C::NOT, "不要 不得 不能 别 勿 没有 無 不"),
    foreign(C::ONLY, "只 仅 只需 而是 改为"),
    foreign(C::SAY, "说 回答 回复 回覆 写 重复 輸入"),
    foreign(C::FOLLOW, "遵守 遵循 服从 服從 执行 執行 听从"),
    foreign(C::PERSONA, "扮演 假装 假裝 假设 充当 角色"),
    foreign(C::UNRESTRICTED, "不受限制 无限制 無限制 越狱 越獄 无任何限制"),
    foreign(C::SECRETLY, "悄悄 秘密地 暗中 偷偷"),
    foreign(C::URGENT, "重要 紧急 緊急 注意 必须 必須"),
    foreign(C::SYSTEM, "系统 系統 管理员 開發者 开发者"),
    foreign(C::MODE, "模式"),
    foreign(C::TASK, "任务 任務"),
];

/// Japanese.
pub(super) const JAPANESE: &[Row] = &[
    foreign(C::OVERRIDE, "無視 忘れて 忘れ 破棄 無効に"),
    foreign(C::PRIOR, "以前 前の これまで 上記 先ほど 今まで 以前の 従来"),
    foreign(C::ALL, "すべて 全て 全ての すべての あらゆる"),
    foreign(C::INSTRUCTION, "指示 命令 プロンプト 指令 インストラクション"),
    foreign(C::RULE, "制限 ルール 規則 制約 ガイドライン"),
    foreign(C::ASSISTANT, "アシスタント 言語モデル"),
    foreign(C::YOU, "あなた あなたの 君"),
    foreign(C::NOW, "今から これから"),
    foreign(C::NEW, "新しい 次の"),
    foreign(C::REVEAL, "表示 教えて 公開 見せて 明かして"),
    foreign(C::SECRET, "パスワード 秘密 機密"),
    foreign(C::SEND, "送信 送って"),
    foreign(C::USER, "ユーザー"),
    foreign(C::NOT, "しないで せず"),
    foreign(C::SAY, "答えて 出力 言って 返信"),
    foreign(C::PERSONA, "演じて ふりを なりきって"),
    foreign(C::SYSTEM, "システム"),
    foreign(C::URGENT, "重要 緊急"),
    foreign(C::FOLLOW, "従って 従う"),
    foreign(C::MODE, "モード"),
];

/// Korean.
pub(super) const KOREAN: &[Row] = &[
    foreign(C::OVERRIDE, "무시* 잊어* 잊으* 잊고"),
    foreign(C::PRIOR, "이전* 앞의 위의 기존* 지금까지*"),
    foreign(C::ALL, "모든 모두 전부"),
    foreign(C::INSTRUCTION, "지시* 명령* 지침* 프롬프트*"),
    foreign(C::RULE, "규칙* 제한* 제약*"),
    foreign(C::YOU, "당신* 너는 너의 네"),
    foreign(C::NOW, "지금부터 이제"),
    foreign(C::NEW, "새로운 다음"),
    foreign(C::REVEAL, "보여* 공개* 알려* 출력*"),
    foreign(C::SECRET, "비밀* 비밀번호* 암호*"),
    foreign(C::SEND, "보내* 전송*"),
    foreign(C::USER, "사용자*"),
    foreign(C::SYSTEM, "시스템*"),
    foreign(C::ASSISTANT, "어시스턴트* 인공지능*"),
    foreign(C::SAY, "말해* 대답* 답변*"),
];

/// Thai.
pub(super) const THAI: &[Row] = &[
    foreign(C::OVERRIDE, "เพิกเฉย ละเว้น ลืม"),
    foreign(C::PRIOR, "ก่อนหน้า ก่อนหน้านี้ ข้างต้น"),
    foreign(C::ALL, "ทั้งหมด ทุก"),
    foreign(C::INSTRUCTION, "คําสั่ง คำสั่ง คําแนะนํา คำแนะนำ"),
    foreign(C::REVEAL, "เปิดเผย แสดง"),
    foreign(C::SECRET, "รหัสผ่าน ความลับ"),
];
