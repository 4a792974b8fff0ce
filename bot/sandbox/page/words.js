// Every word of the page, in both languages.

const zh = {
  language: 'EN', languageLabel: 'English', theme: '切换深浅', people: '身份', back: '返回',
  sandbox: '本机沙盒，不连外网', write: '消息', writeTo: '写给{name}', send: '发送', attach: '添加图片或文件', start: '开始',
  unblock: '恢复接收', blocked: '已停用机器人', typing: '正在输入', photo: '图片', file: '文件', album: '相册',
  reply: '回复', edit: '修改', editing: '修改消息', cancel: '取消', edited: '已修改', remove: '移除', asFile: '按文件发送',
  dropHere: '松开即添加', pinned: '置顶：', toEnd: '到最新', unread: '{n} 条未读', today: '今天', earlier: '加载更早的消息',
  nothing: '还没有消息', nothingHint: '发一句话，或点“开始”。', noAnswer: '机器人没有应答', copied: '已复制', gone: '消息已删除',
  close: '关闭', ok: '确定', split: '双栏对照', second: '右栏身份', commands: '命令', menu: '命令菜单', menuButton: '命令', try: '试试：{hint}', example: '如：{hint}',
  hour: '+1 小时', nine: '下个 09:00', monday: '下周一 09:00', pick: '选时间', journal: '时钟记事', reset: '重置',
  pickTitle: '前往何时', go: '前往', past: '不能回到过去：请先重置。', travelling: '时间前行中', arrived: '已到{when}，发 {n} 条', arrivedNone: '已到{when}，无事发生',
  journalEmpty: '时间往前走时，机器人按时做的事记在这里。', journalNone: '这段时间无事发生。', others: '另发给其他 {n} 人', resetTitle: '重置演示？', resetText: '全部对话清空，演示回到起点。',
  resetting: '正在重置', lost: '连接中断，正在重连', failed: '没有发出：{why}', expand: '展开', collapse: '收起', next: '下一步', skip: '跳过', done: '完成', fill: '填入', tour: '三分钟导览', tourShort: '导览', stepDone: '已完成', attachStep: '附上文件',
  versions: '修改前', clock: '演示时钟', members: '{n} 位成员', withBot: '与{bot}的私聊', days: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  service: {
    group_chat_created: '{who}建了群', new_chat_members: '{names}进群', left_chat_member: '{names}退群', migrate_to_chat_id: '本群已升级为超级群', migrate_from_chat_id: '由普通群升级而来',
    forum_topic_created: '新话题：{name}', pinned_message: '置顶了一条消息',
  },
  forwarded: '转发自{name}', you: '我',
};

const en = {
  language: '中文', languageLabel: '中文', theme: 'Light or dark', people: 'People', back: 'Back',
  sandbox: 'Local sandbox, offline', write: 'Message', writeTo: 'Write to {name}', send: 'Send', attach: 'Add pictures or files', start: 'Start',
  unblock: 'Unblock', blocked: 'You stopped the bot', typing: 'typing', photo: 'Picture', file: 'File', album: 'Album',
  reply: 'Reply', edit: 'Edit', editing: 'Edit message', cancel: 'Cancel', edited: 'edited', remove: 'Remove', asFile: 'Send as file',
  dropHere: 'Drop to add', pinned: 'Pinned: ', toEnd: 'To the newest', unread: '{n} unread', today: 'Today', earlier: 'Load earlier messages',
  nothing: 'No messages yet', nothingHint: 'Write something, or press Start.', noAnswer: 'The bot did not answer', copied: 'Copied', gone: 'Message deleted',
  close: 'Close', ok: 'OK', split: 'Two panes', second: 'Who is at the right', commands: 'Commands', menu: 'Command menu', menuButton: 'Commands', try: 'Try: {hint}', example: 'e.g. {hint}',
  hour: '+1 hour', nine: 'Next 09:00', monday: 'Monday 09:00', pick: 'Pick a time', journal: 'Clock log', reset: 'Reset',
  pickTitle: 'Go to', go: 'Go', past: 'No way back in time: reset first.', travelling: 'Time is moving', arrived: '{when}: {n} messages sent', arrivedNone: '{when}: nothing was due',
  journalEmpty: 'What the bot does on time as the clock moves is written here.', journalNone: 'Nothing was due.', others: '{n} more to other people', resetTitle: 'Reset the demonstration?', resetText: 'All chats are emptied and the demonstration begins anew.',
  resetting: 'Resetting', lost: 'Connection lost, trying again', failed: 'Not sent: {why}', expand: 'Show all', collapse: 'Show less', next: 'Next', skip: 'Skip', done: 'Done', fill: 'Fill in', tour: 'Three-minute tour', tourShort: 'Tour', stepDone: 'done', attachStep: 'Attach the file',
  versions: 'Before', clock: 'The demonstration\'s clock', members: '{n} members', withBot: 'Private chat with {bot}', days: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
  service: {
    group_chat_created: '{who} created the group', new_chat_members: '{names} joined', left_chat_member: '{names} left', migrate_to_chat_id: 'This group became a supergroup', migrate_from_chat_id: 'Upgraded from a group',
    forum_topic_created: 'New topic: {name}', pinned_message: 'pinned a message',
  },
  forwarded: 'Forwarded from {name}', you: 'You',
};

const asked = new URLSearchParams(location.search).get('lang') || localStorage.getItem('sandbox.lang');
export let locale = asked === 'en' || asked === 'zh' ? asked : navigator.language.startsWith('zh') ? 'zh' : 'en';

export function setLocale(value) {
  locale = value;
  localStorage.setItem('sandbox.lang', value);
  document.documentElement.lang = value === 'zh' ? 'zh-CN' : 'en';
}

export function t(key, facts = {}) {
  const words = locale === 'zh' ? zh : en;
  const text = key.split('.').reduce((at, part) => at?.[part], words);
  return typeof text === 'string' ? text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? '') : text;
}

/** The persona's or step's own words in the page's language: said(persona, 'name') reads name_zh or name_en. */
export function said(thing, field) {
  return thing[`${field}_${locale}`] || thing[`${field}_zh`] || thing[`${field}_en`] || '';
}
